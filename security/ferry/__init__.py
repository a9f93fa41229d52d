"""The ferry carries files between isolated networks: inspected, approved by two people, sealed and proven."""
