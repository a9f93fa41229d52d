"""What is read of a device now and then, because it is much and changes slowly: who is behind its ports, and its parts.

wheel --every half hour--> duty --SNMP--> stations, bindings, components --> merge --what changed--> store
search, port page, `guanjin health locate` <-- whereabouts
"""
