"""Metadata of the package; the settings of tools are in pyproject.toml."""

from pathlib import Path

from setuptools import find_packages, setup

# One requirement per line: `.ci/lowest-versions` reads the lower bounds, and CI runs the tests on exactly those.
REQUIRED = [
    "awkward>=2.9.0",
    "click>=8.2.0",
    "cloudpickle>=3.1.0",
    "coffea>=2026.9.0",
    "fsspec>=2025.5.0",
    "hist>=2.10.0",
    "jinja2>=3.1.5",
    "keras>=3.12.0",
    "loky>=3.5.6",
    "markupsafe>=3.0.2",
    "matplotlib>=3.10.8",
    "mplhep>=1.1.0",
    "numba>=0.63.0",
    "numpy>=2.2.0",
    "pyarrow>=21.0.0",
    "psutil>=6.1.0",
    "pydantic>=2.11.0",
    "pyyaml>=6.0.2",
    "rich>=14.2.0",
    "scikit-learn>=1.7.2",
    "scipy>=1.15.0",
    "skops>=0.14.0",
    "tensorflow-cpu>=2.21.0; platform_system == 'Linux' and platform_machine == 'x86_64'",
    "tensorflow>=2.21.0; platform_system != 'Linux' or platform_machine != 'x86_64'",
    "threadpoolctl>=3.2",
    "uhi>=1.0.0",
    "uproot>=5.7.0",
    "xxhash>=3.5.0",
]

EXTRAS = {
    "dask": [
        "cryptography>=44.0.0",
        "dask>=2026.8.0",
        "dask-jobqueue>=0.9.0",
        "distributed>=2026.8.0",
    ],
    "xgboost": [
        "xgboost-cpu>=3.0.0; platform_system == 'Linux' and platform_machine == 'x86_64'",
        "xgboost>=3.0.0; platform_system != 'Linux' or platform_machine != 'x86_64'",
    ],
    "onnx": [
        "onnx>=1.23.0",
        "onnxruntime>=1.31.0",
        "tf2onnx>=1.17.0",
    ],
    "xrootd": [
        "fsspec-xrootd>=0.5.0",
        "xrootd>=5.7.0",
    ],
    "samples": [
        "fastjet>=3.5.2.0",
        "pythia8mc>=8.317.1",
    ],
    "notebook": [
        "ipykernel>=6.30.0",
        "nbclient>=0.10.2",
        "nbformat>=5.10.4",
    ],
    "dev": [
        "import-linter>=2.16",
        "jsonschema>=4.23.0",
        "mypy>=2.4,<2.5",  # pinned: each release finds something new
        "playwright>=1.48.0",
        "pyhf>=0.7.6",
        "pytest>=8.4.0",
        "pytest-xdist>=3.8.0",
        "ruff>=0.17.5,<0.18",  # pinned: each release formats a little differently
        "types-PyYAML>=6.0.12",
    ],
}

# What `hepml demo` runs and `hepml condor` writes its files from; a checkout has it beside the package.
SHIPPED = {
    f"share/hepml/{folder}": sorted(str(path) for pattern in patterns for path in folder.glob(pattern))
    for patterns, folders in {
        ("*.yaml",): Path("examples").glob("*/"),
        ("*.py",): [Path("processors")],
        ("*.yaml", "*.j2", "*.md"): [Path("condor")],
    }.items()
    for folder in folders
}

setup(
    name="hepml",
    version="0.1.0",
    description="From ROOT ntuples to trained networks, honest ROC curves and scores back in ROOT",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="hepml developers",
    license_expression="BSD-3-Clause",
    license_files=["LICENSE"],
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Operating System :: MacOS",
        "Operating System :: POSIX :: Linux",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Physics",
        "Typing :: Typed",
    ],
    keywords=["high-energy physics", "machine learning", "ROOT", "coffea", "jets"],
    python_requires=">=3.11",
    packages=find_packages(include=["hepml", "hepml.*"]),
    package_data={"hepml": ["py.typed"], "hepml.reports": ["templates/*", "templates/dashboard/*"]},
    data_files=list(SHIPPED.items()),
    install_requires=REQUIRED,
    extras_require=EXTRAS,
    entry_points={"console_scripts": ["hepml = hepml.cli:main"]},
    zip_safe=False,
)
