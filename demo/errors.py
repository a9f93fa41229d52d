"""What can keep the demonstration from running, said so that one knows what to do."""

from typing import ClassVar

from core.errors import Category, GuanjinError
from core.i18n import N_


class DemoError(GuanjinError):
    code: ClassVar[str] = "demo.error"
    category: ClassVar[Category] = Category.FAILED


class AddressTakenError(DemoError):
    code = "demo.address_taken"
    category = Category.CONFLICT
    message = N_("another program already listens on %(address)s port %(port)s")
    hint = N_("is the demonstration already running, or was it killed? find the program with: ss -lntup")


class InstanceEndedError(DemoError):
    code = "demo.instance_ended"
    message = N_("the %(zone)s instance ended with exit code %(code)s")
    hint = N_("its last words are in %(log)s")


class InstanceSilentError(DemoError):
    code = "demo.instance_silent"
    message = N_("the console of the %(zone)s instance did not answer within %(seconds)s s")
    hint = N_("its last words are in %(log)s")
