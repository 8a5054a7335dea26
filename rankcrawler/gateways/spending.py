"""What calls to a gateway cost, by its profile."""

from rankcrawler.errors import SettingError
from rankcrawler.gateways.profiles import Profile
from rankcrawler.language import tr


def calls_of(budget: tuple[float, str], profile: Profile) -> int:
    """How many calls a budget pays for, an amount and its currency, which is empty for calls; raises SettingError."""
    amount, currency = budget
    if not currency:
        return int(amount)
    limits = profile.limits
    if not limits.price or limits.currency != currency:
        raise SettingError(
            tr(
                "BUDGET_PER_DAY is in {currency}, and the gateway's profile {profile} states no price in it: set a "
                "number of calls",
                currency=currency,
                profile=profile.name,
            )
        )
    if amount < limits.price:
        raise SettingError(tr("BUDGET_PER_DAY is less than the price of one call, {price:g}", price=limits.price))
    return int(amount / limits.price + 1e-9)
