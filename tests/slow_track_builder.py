"""Track building as an obvious loop over events, seeds and hits: the fast one must agree with it."""

import math
from dataclasses import dataclass, replace

import numpy as np

from hepml.samples.helix import GEV_PER_T_CM


@dataclass(frozen=True)
class Track:
    hits: tuple
    chi2: float
    holes: int
    state: object

    @property
    def n_hits(self):
        return sum(hit >= 0 for hit in self.hits)


def build_slowly(events, barrel, propagator, options):
    """Return the hits of all tracks as a sorted list of tuples, −1 where there is none."""
    used, found = set(), []
    for layers in options.seeds.layers:
        for event in range(events.n_events):
            hits = [h for h in range(*events.hit_offsets[event : event + 2].tolist()) if h not in used]
            by_layer = [[h for h in hits if events.layer[h] == layer] for layer in range(len(barrel.radii_cm))]
            tracks = []
            for *seed, off in seeds_of(by_layer, events, barrel, layers, options.seeds):
                tracks += follow(seed, options.gate * off, layers, by_layer, events, barrel, propagator, options)
            tracks = [track for track in tracks if track.n_hits >= options.min_hits]
            taken = set()  # hits of this event that tracks of this pass own: a pass does not see them go
            for track in sorted(tracks, key=lambda track: (-track.n_hits, track.chi2)):
                own = {hit for hit in track.hits if hit >= 0}
                if len(own & taken) <= options.max_shared:
                    taken |= own
                    found.append(track.hits)
            used |= taken
    return sorted(found)


def turn(angle):
    return (angle + math.pi) % (2 * math.pi) - math.pi


def seeds_of(by_layer, events, barrel, layers, options):
    a, b, c = (barrel.radii_cm[layer] for layer in layers)
    radius = options.pt_gev / (GEV_PER_T_CM * barrel.field_t)
    bend = math.asin(min(b / (2 * radius), 1)) - math.asin(min(a / (2 * radius), 1))
    most_phi = bend + options.d0_cm * (1 / a - 1 / b)
    most_z = options.tan_lambda * max(2 * radius * bend, b - a)
    beyond = (c - b) / (b - a)
    by_d0 = options.d0_cm * abs(1 / c - 1 / b + beyond * (1 / a - 1 / b))
    for i in by_layer[layers[0]]:
        for j in by_layer[layers[1]]:
            d_phi, d_z = turn(events.phi[j] - events.phi[i]), events.z_cm[j] - events.z_cm[i]
            if abs(d_phi) > most_phi or abs(d_z) > most_z:
                continue
            if abs(events.z_cm[i] - d_z * a / (b - a)) >= options.z0_cm:
                continue
            for k in by_layer[layers[2]]:
                off_phi = turn(events.phi[k] - events.phi[j] - beyond * d_phi)
                off_z = events.z_cm[k] - events.z_cm[j] - beyond * d_z
                way = options.kink * (c - b)
                half_phi, half_z = by_d0 + way / c, way * (1 + (d_z / (b - a)) ** 2)
                if abs(off_phi) <= half_phi and abs(off_z) <= half_z:
                    yield i, j, k, (off_phi / half_phi) ** 2 + (off_z / half_z) ** 2


def follow(seed, seed_chi2, layers, by_layer, events, barrel, propagator, options):
    hits = [-1] * len(barrel.radii_cm)
    for layer, hit in zip(layers, seed, strict=True):
        hits[layer] = hit
    places = np.array([[[events.phi[hit], events.z_cm[hit]] for hit in seed]])
    tracks, ended = [Track(tuple(hits), seed_chi2, 0, propagator.start(places, layers))], []
    for layer in range(layers[-1] + 1, len(barrel.radii_cm)):
        branches = []
        for track in tracks:
            state, expected = propagator.predict(track.state)
            phi, z = expected.place[0]
            inside = not math.isnan(phi) and abs(z) <= barrel.half_length_cm
            near = hits_near(phi, z, expected.covariance[0], by_layer[layer], events, options) if inside else []
            for hit, chi2 in near:
                with_hit = (*track.hits[:layer], hit, *track.hits[layer + 1 :])
                after = propagator.update(state, np.array([[events.phi[hit], events.z_cm[hit]]]))
                branches.append(Track(with_hit, track.chi2 + chi2, track.holes, after))
            if inside and track.holes < options.max_holes:
                after = propagator.update(state, np.full((1, 2), np.nan))
                branches.append(replace(track, holes=track.holes + 1, state=after))
            elif not near:
                ended.append(track)
        branches.sort(key=lambda track: track.chi2 + options.hole_cost * track.holes)
        tracks = branches[: options.branches]
    return ended + tracks


def hits_near(phi, z, covariance, hits, events, options):
    inverse, near = np.linalg.inv(covariance), []
    for hit in hits:
        off = np.array([turn(events.phi[hit] - phi), events.z_cm[hit] - z])
        chi2 = off @ inverse @ off
        if chi2 < options.gate:
            near.append((hit, chi2))
    return near
