# Two stages: the first builds an environment from the pinned constraints, the second only carries it.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/pantau
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY crawler crawler
COPY nlp nlp
COPY api api
RUN /opt/pantau/bin/pip install --constraint constraints.txt .

FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /home/pantau pantau && install -d -o pantau -g pantau /data
COPY --from=build /opt/pantau /opt/pantau
ENV PATH=/opt/pantau/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PANTAU_DATA=/data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["pantau"]
CMD ["serve", "--host", "0.0.0.0"]
