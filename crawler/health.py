"""What the crawler knows of each source's well-being; imports no Scrapy, so that api may read it."""
