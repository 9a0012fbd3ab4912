"""The production server: a supervisor, its workers, and the gate that every request passes."""
