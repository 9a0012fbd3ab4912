"""From a question to an answer: origin, candidates, match, order."""
