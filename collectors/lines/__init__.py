"""Lines (专线): how they are, how they were, and which way they go.

duty <--touched-- probing, polling          judges the lines whose ends were heard of, writes changes at once
`-> watch   what both ends say at one moment      far_end   an end that is only an address
`-> paths   the way to an end that fails          looks     how often a line is looked at
records --> spans, periods --> availability         from the records of outages, exactly
"""
