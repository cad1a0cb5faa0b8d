"""The demo HTTP service: orders kept in SQLite, every request a record, a live page that shows them.

`python -m demo_service` starts it; `app.create_app` is for tests and other servers.
"""

__version__ = "0.1.0"
