"""Which port is wired to which, how each device reaches the management station, and who is hit when something fails.

collectors' facts --observed--> matching --> derivation --found--> record --inventory_link--> network --graph--> cuts
                                                                        ledger's lines ------^         impact <--|
"""
