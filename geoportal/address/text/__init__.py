"""Address text: canonical form, spellings of town names, number patterns."""
