"""The workshop of the sample city: each module makes one part, `make_sample.py` puts them out."""
