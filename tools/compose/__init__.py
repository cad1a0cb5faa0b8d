"""The compose stack: `make up`, `make down`, `make image`, and `Stack`, the same for tests (`stack.py`)."""
