"""Faults: hostile and damaged files, kills, full disks. Real ones, in processes of their own."""
