"""Money: prices before work, limits, what was spent. Amounts are exact; an unknown price is never zero."""

from callsheet.money.bid import Bid, BidLine, Outlook, Turn
from callsheet.money.odds import Odds

__all__ = ["Bid", "BidLine", "Odds", "Outlook", "Turn"]
