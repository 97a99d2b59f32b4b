"""One module a page: reads the request, asks `app`, hands the answer to a template."""
