"""Reading one device's running configuration through Nornir."""

import logging
from pathlib import Path

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.task import Result, Task
from nornir.plugins.runners import SerialRunner

from automation.connections import PLUGIN, Access, grant
from automation.errors import AutomationError, ReadError
from automation.session import RunningConfig, Session
from core.database import Database
from inventory import nornir_plugin

# What these libraries log when a task fails is a traceback with the device's output in it, secrets included. Our own
# errors say what happened.
for library in ("nornir", "netmiko", "paramiko"):
    logging.getLogger(library).addHandler(logging.NullHandler())
    logging.getLogger(library).propagate = False

NORNIR_YAML = Path(__file__).resolve().parent.parent / "nornir.yaml"


def nornir_for(database: Database, device_ids: list[int]) -> Nornir:
    """Nornir as `nornir.yaml` sets it up, with these devices only."""
    options = {"database": database, "device_ids": device_ids}
    return InitNornir(config_file=str(NORNIR_YAML), inventory={"plugin": nornir_plugin.PLUGIN, "options": options})


def running_config(task: Task) -> Result:
    """Nornir task: the running configuration of a host, as RunningConfig."""
    session: Session = task.host.get_connection(PLUGIN, task.nornir.config)
    return Result(host=task.host, result=session.running_config())


def read_device(database: Database, device_id: int, access: Access) -> RunningConfig:
    """Raises the errors of `automation.session`; whatever else a library throws becomes ReadError without its text."""
    # In the job's own thread: one of Nornir's pool would keep a stopping worker from ending until the device answers.
    nornir = nornir_for(database, [device_id]).with_runner(SerialRunner())
    grant(nornir, access)
    try:
        results = nornir.run(task=running_config)
    finally:
        nornir.close_connections(on_good=True, on_failed=True)
    (device, result), *_ = results.items()
    error = result[0].exception
    if error is None:
        found: RunningConfig = result[0].result
        return found
    if isinstance(error, AutomationError):
        raise error from None
    raise ReadError(device=device, reason=type(error).__name__) from None
