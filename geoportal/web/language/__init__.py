"""Japanese, plain Japanese and English: catalogues, labels, wording of numbers and dates."""
