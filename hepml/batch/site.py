"""A site: what an HTCondor pool gives to a job, how Python gets there, and how results come home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import pydantic
import yaml

from hepml.errors import SiteError
from hepml.options import Options, validate_options
from hepml.recipe import Resources

Line = Annotated[str, pydantic.Field(pattern=r"^[^\r\n]*$", max_length=4000)]
"""Text that becomes part of one line of a file that HTCondor or a shell reads."""
Command = Annotated[str, pydantic.Field(pattern=r"^[+A-Za-z][A-Za-z0-9_.]*$", max_length=100)]
"""A command of a submit file, or an attribute of a job with its ``+``."""


_OURS = frozenset({
    "universe", "executable", "arguments", "initialdir", "output", "error", "log", "queue", "transfer_input_files",
    "transfer_output_files", "when_to_transfer_output", "retry_until", "success_exit_code", "max_retries",
    "request_memory", "request_cpus", "request_disk", "container_image", "+hepmlsubmission", "+hepmljob",
})  # fmt: skip
"""Commands without which jobs would not work, or have keys of their own in a site file."""


class Environment(Options):
    """How a job comes by Python and hepml: by a path that workers see, an image, or a packed environment."""

    python: Line | None = pydantic.Field(
        None,
        description="Python that has hepml, as workers see it; default: bin/python of the archive, python3 of the "
        "image, else the Python that submits",
    )
    setup: list[Line] = pydantic.Field([], description="Lines of bash before Python starts, e.g. source …/setup.sh")
    image: Line | None = pydantic.Field(None, description="A container image, as the submit command container_image")
    archive: Line | None = pydantic.Field(
        None, description="A packed environment (.tar.gz, as conda-pack and venv-pack make it), shipped with each job"
    )
    variables: dict[Annotated[str, pydantic.Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Line] = pydantic.Field(
        {}, description="Environment variables of the jobs"
    )

    @pydantic.model_validator(mode="after")
    def _one_way(self) -> Environment:
        if self.image is not None and self.archive is not None:
            msg = "give an image or an archive, not both"
            raise ValueError(msg)
        return self


class Storage(Options):
    """A place outside the pool where jobs leave their results, and from which `collect` fetches them."""

    target: Line = pydantic.Field(description="URL or folder; each job's results get a name of their own below it")
    copy_out: Line = pydantic.Field(
        "xrdcp --force --silent {source} {target}", description="Command on the worker, from {source} to {target}"
    )
    copy_in: Line = pydantic.Field(
        "xrdcp --force --silent {source} {target}", description="Command where you collect, from {source} to {target}"
    )
    attempts: int = pydantic.Field(5, ge=1, le=100, description="How often each copy is tried")
    copy_in_seconds: int = pydantic.Field(1800, ge=1, description="How long one `copy_in` may take")
    wait_seconds: int = pydantic.Field(20, ge=0, description="Before the second try; twice that before the third, …")

    @pydantic.field_validator("copy_out", "copy_in")
    @classmethod
    def _has_places(cls, value: str) -> str:
        if "{source}" not in value or "{target}" not in value:
            msg = "the command needs {source} and {target}"
            raise ValueError(msg)
        return value


class DaskWorkers(Options):
    """Dask workers as HTCondor jobs (``--cluster htcondor``)."""

    host: Line | None = pydantic.Field(
        None, description="Address at which workers reach this machine; default: its own"
    )
    interface: Line | None = pydantic.Field(None, description="Or the network interface, e.g. ib0")
    wait_seconds: int = pydantic.Field(300, ge=1, description="How long the first worker may take to come up")


class Site(Options):
    """One HTCondor pool."""

    shared_file_system: bool = pydantic.Field(
        True, description="Whether workers see the input files, the output folder and this environment by their paths"
    )
    environment: Environment = Environment()
    storage: Storage | None = pydantic.Field(
        None, description="Without a shared file system: results go there; default: HTCondor brings them back"
    )
    request_cpus: int = pydantic.Field(1, ge=1)
    request_memory_mb: int = pydantic.Field(4000, ge=64, description="Of a job; TensorFlow needs 4000")
    largest_memory_mb: int = pydantic.Field(16_000, ge=64, description="`resubmit` asks for no more than this")
    hold_over_memory: bool = pydantic.Field(
        False, description="Hold a job that uses more memory than it asked for, where the pool itself does not"
    )
    request_disk_mb: int = pydantic.Field(2000, ge=1)
    retries: int = pydantic.Field(2, ge=0, le=100, description="How often a job that has failed is started again")
    releases: int = pydantic.Field(
        3, ge=0, le=100, description="How often a job that is held for another reason than its memory is released"
    )
    release_seconds: int = pydantic.Field(600, ge=0, description="How long it is held before that")
    submit: dict[Command, Line] = pydantic.Field(
        {}, description="More commands of the submit file, e.g. '+JobFlavour': '\"workday\"'"
    )
    dask: DaskWorkers = DaskWorkers()

    @pydantic.field_validator("submit")
    @classmethod
    def _leaves_ours_alone(cls, value: dict[str, str]) -> dict[str, str]:
        ours = next((key for key in value if key.lower() in _OURS), None)
        if ours is not None:
            msg = f"{ours} is written by hepml: leave it out"
            raise ValueError(msg)
        return value

    @pydantic.model_validator(mode="after")
    def _consistent(self) -> Site:
        if self.largest_memory_mb < self.request_memory_mb:
            msg = f"largest_memory_mb is {self.largest_memory_mb}, below request_memory_mb {self.request_memory_mb}"
            raise ValueError(msg)
        if self.storage is not None and self.shared_file_system:
            msg = "storage is for sites without a shared file system: leave it out, or set shared_file_system: false"
            raise ValueError(msg)
        return self

    def asking(self, resources: Resources) -> Site:
        """Return the site with what a recipe asks for in place of its own requests."""
        memory_mb = resources.memory_mb or self.request_memory_mb
        return self.model_copy(
            update={
                "request_cpus": resources.cpus or self.request_cpus,
                "request_memory_mb": memory_mb,
                "largest_memory_mb": max(self.largest_memory_mb, memory_mb),
                "request_disk_mb": resources.disk_mb or self.request_disk_mb,
            }
        )


def load_site(path: str | Path) -> Site:
    """Read a site file.

    Raises
    ------
    SiteError
        Names the file, the key and the remedy.
    """
    source = Path(path).expanduser()
    try:
        values = yaml.safe_load(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        msg = f"{source}: there is no such site file: the folder condor/ has examples"
        raise SiteError(msg) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        msg = f"{source}: the site file cannot be read ({' '.join(str(problem).split())}): it is YAML, see condor/"
        raise SiteError(msg) from None
    if values is not None and not isinstance(values, dict):
        msg = f"{source}: a site file is a mapping of keys to values, found {type(values).__name__}: see condor/"
        raise SiteError(msg)
    site = validate_options(Site, values or {}, path="", source=str(source), error=SiteError)
    archive = site.environment.archive
    if archive is None:
        return site
    place = str((source.parent / Path(archive).expanduser()).absolute())
    return site.model_copy(update={"environment": site.environment.model_copy(update={"archive": place})})


def site_schema() -> str:
    """Return the JSON schema of a site file, for editors and for those who look for a key."""
    return json.dumps(Site.model_json_schema(), indent=2)
