"""Prints the OpenAPI document: `make openapi` keeps a copy in docs/, so that a change of the interface is seen."""

import json
import sys

from web.api.application import OPERATIONS
from web.api.document import document

json.dump(document(OPERATIONS), sys.stdout, indent=1, ensure_ascii=False)
sys.stdout.write("\n")
