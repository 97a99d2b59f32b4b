"""The screens: requests in, pages out. What a page says is asked of `app` through `bootstrap`; here it gets a shape.

urls.py → views/<page>.py → templates/detente/<page>.html
"""
