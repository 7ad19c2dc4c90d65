"""Curves of a comparison with known shapes: normal scores `distance` apart, and what follows from them."""

from __future__ import annotations

import numpy as np
from plots.toy_curves import auc_of, background_efficiency
from scipy.stats import norm

from hepml.contracts import Curve, Metric

SIGNAL_EVENTS, BACKGROUND_EVENTS, REGULARISATION = 690.0, 41_000.0, 10.0
MASS_EDGES = np.linspace(40.0, 160.0, 13)
FEATURES = ("mass [GeV]", "tau21 [1]", "n_constituents [1]", "pt [GeV]", "width [1]", "eta [1]")


def significance_curve(run: str, distance: float, part: str = "test", *, class_: str = "w", n: int = 4000) -> Curve:
    """AMS and its relatives of 690 signal and 41,000 background events, with the errors of n simulated events each."""
    efficiency = np.linspace(0.01, 0.99, 99)
    background = background_efficiency(efficiency, distance) * (0.97 if part == "validation" else 1.0)
    s, b = SIGNAL_EVENTS * efficiency, BACKGROUND_EVENTS * background
    s_error, b_error = s / np.sqrt(n * efficiency), b / np.sqrt(np.maximum(n * background, 1e-3))
    columns = {
        "threshold": norm.cdf(0.8 * (norm.ppf(1 - efficiency) + 0.5 * distance)),
        "signal_efficiency": efficiency,
        "signal_efficiency_error": np.sqrt(efficiency * (1 - efficiency) / n),
        "background_efficiency": background,
        "purity": s / (s + b),
        "purity_error": np.hypot(b * s_error, s * b_error) / (s + b) ** 2,
        "signal_yield": s,
        "signal_yield_error": s_error,
        "background_yield": b,
        "background_yield_error": b_error,
    }
    shapes = {
        "ams": np.sqrt(2 * ((s + b + REGULARISATION) * np.log1p(s / (b + REGULARISATION)) - s)),
        "s_over_sqrt_b": s / np.sqrt(b),
        "s_over_sqrt_sb": s / np.sqrt(s + b),
    }
    for name, value in shapes.items():
        columns |= {name: value, f"{name}_error": value * np.hypot(s_error / s, 0.5 * b_error / b)}
    best = float(columns["threshold"][int(np.argmax(columns["ams"]))])
    labels = {"best_threshold": best, "background_uncertainty_events": REGULARISATION}
    labels["best_threshold_s_over_sqrt_sb"] = float(columns["threshold"][int(np.argmax(columns["s_over_sqrt_sb"]))])
    return Curve("significance", columns, run=run, class_=class_, part=part, labels=labels)


def reliability_curves(run: str, *, class_: str = "w") -> list[Curve]:
    """An overconfident score, and the same after isotonic regression and temperature scaling."""
    edges = np.linspace(0.0, 1.0, 11)
    mean = 0.5 * (edges[1:] + edges[:-1])
    n_eff = 3000 * (0.15 + (2 * mean - 1) ** 2)
    fractions = {
        "none": 1 / (1 + np.exp(-0.55 * np.log(mean / (1 - mean)))),
        "isotonic": mean + 0.008 * np.sin(20 * mean),
        "temperature": mean + 0.015 * np.sin(6 * mean),
    }
    curves = []
    for name, fraction in fractions.items():
        population = n_eff * (1.0 if name == "none" else 0.6 + 0.4 * mean)
        columns = {
            "low": edges[:-1],
            "high": edges[1:],
            "score_mean": mean,
            "fraction": fraction,
            "fraction_error": np.sqrt(fraction * (1 - fraction) / population),
            "n_eff": population,
        }
        curves.append(Curve("reliability", columns, run=run, class_=class_, labels={"calibration": name}))
    return curves


def calibration_metrics(run: str, *, class_: str = "w") -> list[Metric]:
    values = {"ece": 0.071, "ece_isotonic": 0.0061, "ece_temperature": 0.0112}
    values |= {"brier": 0.142, "brier_isotonic": 0.131, "brier_temperature": 0.132}
    found = [Metric(name, value, 0.0021, "bootstrap", run=run, class_=class_) for name, value in values.items()]
    return [*found, Metric("temperature", 1.81, 0.04, "bootstrap", run=run, class_=class_)]


def efficiency_curves(run: str, distance: float, *, names: tuple[str, str] = ("w", "qcd")) -> list[Curve]:
    """Both classes pass more often where the mass is near that of the first."""
    centre = 0.5 * (MASS_EDGES[1:] + MASS_EDGES[:-1])
    peak = np.exp(-0.5 * ((centre - 82) / 18) ** 2)
    curves = []
    for class_, value in zip(names, (0.15 + 0.5 * peak, 0.003 + 0.25 * peak / distance**2), strict=True):
        columns = {
            "low": MASS_EDGES[:-1],
            "high": MASS_EDGES[1:],
            "efficiency": value,
            "efficiency_error": np.sqrt(value * (1 - value) / 400),
        }
        labels = {"spectator": "jet_mass_gev", "signal": names[0], "signal_efficiency": 0.5}
        curves.append(Curve("efficiency", columns, run=run, class_=class_, labels=labels))
    return curves


def selection_curves(run: str, distance: float, *, names: tuple[str, ...] = ("w", "qcd")) -> list[Curve]:
    """Every class is found more often at high mass; of 500 events of each, 20 have no mass."""
    centre = 0.5 * (MASS_EDGES[1:] + MASS_EDGES[:-1])
    value = 0.3 + 0.3 * distance * (centre - 40) / 120
    columns = {"low": MASS_EDGES[:-1], "high": MASS_EDGES[1:]}
    for name, shown in (("efficiency", value), ("purity", 0.9 * value)):
        columns |= {name: shown, f"{name}_error": np.sqrt(shown * (1 - shown) / 40)}
    columns |= {"true_w": 480 * norm.pdf(centre, 82, 18) * 10, "all_w": np.full(len(centre), 80.0)}
    labels = {"spectator": "jet_mass_gev", "n_events": 500, "n_in_no_bin": 20}
    return [Curve("selection", columns, run=run, class_=class_, labels=labels) for class_ in names]


def category_efficiency_curves(run: str, value: float, *, names: tuple[str, ...] = ("w", "qcd")) -> list[Curve]:
    """The last class has no events of the second category, and is alone in having others."""
    labels = {"spectator": "mode", "categories": ["QE", "RES", "other"]}
    shown = [np.array([value, 0.8 * value, np.nan])] * (len(names) - 1) + [np.array([0.5 * value, np.nan, 0.1])]
    return [
        Curve(
            "category_efficiency",
            {"efficiency": each, "efficiency_error": np.sqrt(each * (1 - each) / 50)},
            run=run,
            class_=class_,
            labels=labels,
        )
        for class_, each in zip(names, shown, strict=True)
    ]


def category_score_curves(
    run: str, *, class_: str = "w", categories: tuple[str, ...] = ("QE", "RES", "other")
) -> list[Curve]:
    """Scores of the class rise, those of the other events fall, each category in its own way."""
    edges = np.linspace(0.0, 1.0, 11)
    curves = []
    for of_class in (True, False):
        for power, category in enumerate(categories, start=1):
            share = np.diff(edges**power)
            density = (share if of_class else share[::-1]) / 0.1
            columns = {"low": edges[:-1], "high": edges[1:], "density": density, "density_error": 0.1 * density}
            labels = {"spectator": "mode", "category": category, "of_class": of_class}
            curves.append(Curve("category_score", columns, run=run, class_=class_, labels=labels))
    return curves


def difference_curve(run: str, against: str, *, relative: bool = False, output: str = "visible_energy_gev") -> Curve:
    """Worse by 1 at low energies, better by 1 at high ones, in the bins of `response_curve`."""
    edges = np.array([0.0, 10.0, 20.0, 35.0, 50.0, 80.0, 120.0])
    columns = {"low": edges[:-1], "high": edges[1:]}
    for name in ("delta_resolution", "delta_median_absolute_error"):
        columns |= {name: np.array([1.0, 0.6, 0.2, -0.2, -0.6, -1.0]), f"{name}_error": np.full(6, 0.3)}
    labels = {"output": output, "of": output, "relative": relative, "against": against}
    return Curve("response_difference", columns, run=run, labels=labels)


def sculpting_curve(run: str, strength: float, *, class_: str = "qcd") -> Curve:
    """A falling mass spectrum, of which a cut leaves a bump."""
    centre, width = 0.5 * (MASS_EDGES[1:] + MASS_EDGES[:-1]), np.diff(MASS_EDGES)
    before = np.exp(-centre / 55)
    after = before * (1 + strength * np.exp(-0.5 * ((centre - 82) / 15) ** 2))
    columns = {"low": MASS_EDGES[:-1], "high": MASS_EDGES[1:]}
    for name, values, n in (("before", before, 9000), ("after", after, 400)):
        share = values / values.sum()
        columns |= {name: share / width, f"{name}_error": np.sqrt(share / n) / width}
    labels = {"spectator": "jet_mass_gev", "signal_efficiency": 0.5}
    return Curve("sculpting", columns, run=run, class_=class_, labels=labels)


def sculpting_metric(run: str, value: float, *, class_: str = "qcd") -> Metric:
    return Metric("jsd_jet_mass_gev_at_0.5", value, 0.006, "bootstrap", run=run, class_=class_)


def ranking_curve(features: tuple[str, ...] = FEATURES, *, class_: str = "w") -> Curve:
    """Each variable separates less than the one before; every second is smaller for the signal."""
    auc = 0.5 + 0.31 * 0.75 ** np.arange(len(features))
    columns = {"auc": auc, "auc_error": np.full(len(features), 0.004)}
    sign = [1 if i % 2 == 0 else -1 for i in range(len(features))]
    return Curve("variable_ranking", columns, class_=class_, labels={"features": list(features), "sign": sign})


def correlation_curve(features: tuple[str, ...] = FEATURES, *, class_: str = "w") -> Curve:
    """Neighbours are correlated, with alternating sign."""
    row, column = np.indices((len(features), len(features)), dtype=np.float64).reshape(2, -1)
    distance = np.abs(row - column)
    columns = {"row": row, "column": column, "correlation": np.cos(2.2 * distance) * 0.8 ** (distance**1.3)}
    return Curve("correlation", columns, class_=class_, labels={"features": list(features)})


def importance_curve(run: str, features: tuple[str, ...] = FEATURES, *, scale: float = 1.0) -> Curve:
    """Falling importances, the last not different from nothing."""
    drop = scale * 0.09 * 0.55 ** np.arange(len(features)) - 0.003
    columns = {"drop": drop, "drop_error": np.full(len(features), 0.004)}
    labels = {"features": list(features), "n_events": 10_000, "repeats": 5, "figure": "auc"}
    return Curve("importance", columns, run=run, labels=labels)


def learning_curve(run: str, distance: float, slope: float) -> Curve:
    """AUC that approaches its limit like a power of the number of events; training is better than testing."""
    n_events = np.array([500.0, 1500.0, 5000.0, 15_000.0, 42_000.0])
    loss = slope * (n_events / 500) ** -0.5
    limit = auc_of(distance)
    columns = {
        "n_events": n_events,
        "figure": limit - loss,
        "figure_error": np.full(5, 0.0025),
        "train_figure": limit + 0.7 * (1 - limit) * (n_events / 500) ** -0.4,
        "train_figure_error": 0.2 / np.sqrt(n_events),
    }
    return Curve("learning", columns, run=run, labels={"figure": "auc"})


def residual_curve(run: str, resolution: float, *, part: str = "test", output: str = "visible_energy_gev") -> Curve:
    """A normal residual in 30 bins, from 10,000 events in the training and 3,000 in the test part."""
    edges = np.linspace(-15.0, 15.0, 31)
    n = 10_000 if part == "train" else 3000
    share = np.diff(norm.cdf(edges / resolution))
    columns = {"low": edges[:-1], "high": edges[1:], "sum_w": n * share, "error": np.sqrt(n * share)}
    columns |= {"density": share / np.diff(edges), "density_error": np.sqrt(share / n) / np.diff(edges)}
    return Curve("residual_histogram", columns, run=run, part=part, labels={"output": output})


def response_curve(run: str, resolution: float, *, relative: bool = False, output: str = "visible_energy_gev") -> Curve:
    """Bias and resolution grow with the truth."""
    edges = np.array([0.0, 10.0, 20.0, 35.0, 50.0, 80.0, 120.0])
    centre = 0.5 * (edges[1:] + edges[:-1])
    spread = resolution * (0.4 + centre / 60)
    columns = {
        "low": edges[:-1],
        "high": edges[1:],
        "truth_mean": 0.97 * centre,
        "bias": 0.4 * resolution * (1.0 - 0.025 * centre),
        "bias_error": spread / 20,
        "resolution": spread,
        "resolution_error": spread / 28,
    }
    labels = {"output": output, "of": output, "relative": relative}
    return Curve("response_bins", columns, run=run, labels=labels)


def truth_prediction_curve(run: str, *, output: str = "visible_energy_gev") -> Curve:
    """Predictions around 0.95 × truth with a width of 8 GeV, in 40 × 40 bins."""
    edges = np.linspace(0.0, 120.0, 41)
    truth, prediction = (axis.reshape(-1) for axis in np.meshgrid(np.arange(40), np.arange(40), indexing="ij"))
    t, p = 1.5 + 3.0 * truth, 1.5 + 3.0 * prediction
    sum_w = np.floor(4000 * np.exp(-t / 40) * norm.pdf(p, 0.95 * t, 8.0))
    columns = {
        "truth_low": edges[truth],
        "truth_high": edges[truth + 1],
        "prediction_low": edges[prediction],
        "prediction_high": edges[prediction + 1],
        "sum_w": sum_w,
    }
    return Curve("truth_prediction", columns, run=run, labels={"output": output})


def regression_metrics(run: str, resolution: float, *, output: str = "visible_energy_gev") -> list[Metric]:
    values = {
        "bias": (0.12, 0.05),
        "resolution": (resolution, 0.04),
        "rmse": (1.1 * resolution, 0.06),
        "mae": (0.8 * resolution, 0.04),
        "r2": (0.91, 0.002),
        "relative_bias": (0.004, 0.001),
        "relative_resolution": (0.081, 0.001),
        "tail_fraction": (0.012, 0.002),
    }
    return [Metric(name, *value, "bootstrap", run=run, output=output) for name, value in values.items()]
