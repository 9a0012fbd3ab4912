"""Open Referral HSDS 3 under ``/hsds``, read-only: facilities for directories of services."""
