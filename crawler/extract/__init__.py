"""From a page to an Article: a pure function of (html, url, rules), apart from fetching."""
