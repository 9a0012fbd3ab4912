"""For which wards an account may write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from geoportal.desk.domain.account import Account
from geoportal.domain.centre import Centre


@dataclass(frozen=True, slots=True)
class Scope:
    """The wards one account writes for; everybody on the staff sees everything.

    Attributes
    ----------
    everywhere : bool
        True for administrators.
    wards : frozenset of str
        Codes of the districts its centre answers for.
    helps : bool
        May write for a neighbouring centre's ward when the person says that it helps out there.
    """

    everywhere: bool = False
    wards: frozenset[str] = field(default_factory=frozenset)
    helps: bool = False

    def allows(self, ward: str, *, helping: bool = False) -> bool:
        """Say whether facts of a ward may be written.

        ``helping`` is what the person has said of this one change, and is kept in the audit trail.
        """
        return self.everywhere or ward in self.wards or (helping and self.helps)


def scope_of(account: Account, centres: Iterable[Centre]) -> Scope:
    """Return the scope of an account by the centres held.

    A coordinator whose centre is not among them, any more or yet, writes nowhere.
    """
    if account.is_disabled:
        return Scope()
    if account.is_administrator:
        return Scope(everywhere=True)
    own = next((centre for centre in centres if centre.id == account.centre_id), None)
    return Scope(wards=frozenset(own.districts), helps=True) if own else Scope()
