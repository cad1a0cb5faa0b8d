"""For tests of programs that log: the pytest fixture `captured_records`."""
