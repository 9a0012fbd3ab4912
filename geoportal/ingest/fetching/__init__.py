"""Official files got from their publishers, a mirror or a folder."""
