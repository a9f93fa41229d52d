"""The inventory's pages, made from the columns that the ledger's sheets declare.

kinds      what stands in the address for a kind
grouping   which columns stand together, and which a list shows
cells      a value as a page shows it: words, links, units
inputs     a column as a form asks for it
forms      what a form sent, what was changed in it, and what somebody else changed meanwhile
"""
