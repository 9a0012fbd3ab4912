"""Japanese text: folding, contact details, era dates."""
