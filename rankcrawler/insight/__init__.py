"""Answers questions about what was stored: one set, for commands, notebooks and whatever serves or draws them.

Nothing here prints, and nothing is counted a second time: coins come from the store's own tally and sums, polls and
gaps from its views.
"""
