"""One file a page, and the pieces that pages share."""
