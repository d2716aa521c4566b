"""A query of a loaded program, and all that can be done with it: inference, training, judgement.

    posterior = program.coin.infer("smc", args=[True, False], particles=10_000, seed=0)

This is where the compiler and inference meet; neither knows the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anglipy.arguments import from_caller, refuse_several, rows_of_caller
from anglipy.compile import program_hash, reachable_sites, source_of
from anglipy.diagnostics import OptionError, UserError
from anglipy.environment import Namespace
from anglipy.host.algorithms import TRAINED
from anglipy.names import nearest
from anglipy.runtime.convert import from_python
from anglipy.runtime.machine import Query
from anglipy.runtime.printing import describe
from anglipy.supplying import embedders_of, generator_named, hook_of
from anglipy.tracebacks import level_of_theirs, theirs_only

if TYPE_CHECKING:
    from anglipy.ic.artifact import Artifact
    from anglipy.ic.judgement.calibration import Calibration
    from anglipy.ic.options import TrainingOptions, TrainingRecord
    from anglipy.ic.setup import Setup
    from anglipy.inference.posterior import Posterior
    from anglipy.inference.stepping import Steps

__all__ = ["Model"]

COMBINED = "combine_observes"
"""The option that makes of all observes of a run what a network reads."""


@dataclass(frozen=True, slots=True)
class Model:
    """A query of a program.

    Calling it with its argument gives a generator of checkpoints: `next` gives the first,
    `send(answer)` the next, and `StopIteration.value` is the result.
    """

    query: Query
    namespace: Namespace = field(repr=False)
    path: str

    @property
    def name(self) -> str:
        """The name the program gives it."""
        return self.query.name

    @property
    def params(self) -> str:
        """Its parameters as the program writes them, e.g. `[x y]`."""
        return self.query.params

    @property
    def sites(self) -> dict[str, str]:
        """Its static sites by id: "sample" or "observe"."""
        return reachable_sites(self.namespace, self.name)

    @property
    def source(self) -> str:
        """The text of the query and of the definitions of the program that it depends on."""
        return source_of(self.namespace, self.name)

    @property
    def program_hash(self) -> str:
        """A hash of the query and of all it depends on; comments and layout do not change it."""
        return program_hash(self.namespace, self.name)

    @theirs_only
    def __call__(self, args: Any = None, *more: Any) -> Any:
        """A run of the query as a generator of checkpoints. `args` as of `infer`, in one list."""
        with self._placed():
            refuse_several(self.name, self.params, len(more))
        return self.query(self._argument(args))

    @theirs_only
    def infer(
        self,
        algorithm: str | None = None,
        args: Any = None,
        *,
        artifact: Any = None,
        seed: int | None = None,
        on_progress: Callable[..., object] | None = None,
        **options: Any,
    ) -> Posterior:
        """The posterior of the query given its argument.

        Args:
            algorithm: "importance", "smc", "enumerate", "lmh", "rmh", "almh", "pimh", "pgibbs",
            "pgas", "ipmcmc", or with an artifact "ic", "ic-smc".
            Default: "ic" with an artifact, else "importance".
            args: the query's argument: for a query with a parameter vector a list, or the
            parameters by name, in a dictionary or a row or table of pandas. Python values are
            converted.
            artifact: a path or an `Artifact`, for "ic" and "ic-smc".
            seed: the same seed gives the same posterior.
            on_progress: called after every step of the engine.
            options: of the engine, e.g. `particles=10_000`.

        Raises:
            OptionError: AQ312 for an argument that does not fit the parameters.
            UserError: with the place in the program, for whatever the program or the options get
            wrong.

        """
        from anglipy.inference import infer

        chosen, options = self._chosen(algorithm, artifact, options)
        value = self._argument(args)
        return infer(self.query, value, chosen, seed=seed, on_progress=on_progress, **options)

    @theirs_only
    def steps(
        self,
        algorithm: str | None = None,
        args: Any = None,
        *,
        artifact: Any = None,
        seed: int | None = None,
        **options: Any,
    ) -> Steps:
        """The same inference, one step of its engine at a time; arguments as of `infer`.

            steps = model.steps("smc", args=[9.0, 8.0], particles=1_000, seed=0)
            for info in steps:
                print(info.ess, info.log_evidence)
            steps.posterior()

        A loop that ends early leaves the posterior of the draws so far; another goes on from there.
        """
        from anglipy.inference.stepping import Steps

        chosen, options = self._chosen(algorithm, artifact, options)
        return Steps(self.query, self._argument(args), chosen, seed, options)

    @theirs_only
    def infer_many(
        self,
        algorithm: str | None = None,
        args: Iterable[Any] = (),
        *,
        artifact: Any = None,
        seed: int | None = None,
        on_progress: Callable[..., object] | None = None,
        **options: Any,
    ) -> list[Posterior]:
        """The posterior for each of several arguments, in order; other arguments as of `infer`.

            posteriors = model.infer_many(args=[[9.0, 8.0], [1.0, 2.0]], artifact="gaussian.pt")

        A table of pandas is an argument for each row. With an artifact ("ic") all of them run
        together, the network once for all. Otherwise they run one after the other, argument i with
        the seed plus i. Raises the first error of any.
        """
        found = self.outcomes(
            algorithm, args, artifact=artifact, seed=seed, on_progress=on_progress, **options
        )
        posteriors = []
        for outcome in found:
            if isinstance(outcome, UserError):
                raise outcome
            posteriors.append(outcome)
        return posteriors

    @theirs_only
    def outcomes(
        self,
        algorithm: str | None,
        args: Iterable[Any],
        *,
        artifact: Any = None,
        seed: int | None = None,
        on_progress: Callable[..., object] | None = None,
        **options: Any,
    ) -> list[Posterior | UserError]:
        """As `infer_many`, with the error in the place of a posterior where an argument makes the
        program fail. Errors of the options are raised.
        """
        chosen, given = self._chosen(algorithm, artifact, options)
        with self._placed():
            values = rows_of_caller(self.name, self.params, args)
        if chosen == "ic":
            from anglipy.ic.many import infer_many
            from anglipy.inference import options_of

            made: Any = options_of(chosen, **given)
            return infer_many(self.query, values, made, seed=seed, on_progress=on_progress)
        found: list[Posterior | UserError] = []
        for place, value in enumerate(values):
            own = None if seed is None else seed + place
            try:
                found.append(self.infer(chosen, value, artifact=artifact, seed=own, **options))
            except UserError as error:
                if error.exit_code != 1:
                    raise
                found.append(error)
        return found

    def _chosen(
        self, algorithm: str | None, artifact: Any, options: dict[str, Any]
    ) -> tuple[str, dict[str, Any]]:
        """The name of the engine and its options."""
        from anglipy.inference import engine_named

        if not isinstance(algorithm, (str, type(None))):
            raise OptionError(
                "AQ301",
                f"an algorithm is named by a string, got {_described(algorithm)}",
                help=f"the argument of `{self.name}` has a name: infer(args=...)",
            )
        chosen = algorithm or ("importance" if artifact is None else "ic")
        if chosen not in TRAINED:
            if artifact is not None:
                raise OptionError(
                    "AQ303",
                    f"the algorithm `{chosen}` does not use an artifact",
                    help=f"`{'ic-smc' if chosen == 'smc' else 'ic'}` does",
                )
            engine_named(chosen, TRAINED)
            return chosen, options
        import anglipy.ic.engine  # noqa: F401 (makes the engine known)

        if artifact is None:
            raise OptionError(
                "AQ303",
                f"the algorithm `{chosen}` needs an artifact",
                help="train one first: anglipy compile FILE -o ARTIFACT",
            )
        loaded = self.artifact(artifact)
        given = options.get(COMBINED) or loaded.options.get(COMBINED)
        if given is not None:
            options = {**options, COMBINED: hook_of(self.namespace, given)}
        return chosen, {**options, "artifact": loaded}

    @theirs_only
    def artifact(self, artifact: Any) -> Any:
        """A trained artifact, checked against this program.

        Warns if the program has changed since, but not its sites. Raises ArtifactError if it
        belongs to another.
        """
        from anglipy.ic.artifact import Artifact

        loaded = artifact if isinstance(artifact, Artifact) else Artifact.load(artifact)
        for message in loaded.check(self.program_hash, self.sites):
            warnings.warn(message, stacklevel=level_of_theirs())
        return loaded

    @theirs_only
    def compile(
        self,
        artifact_path: str | Path,
        on_progress: Callable[..., object] | None = None,
        watch: Callable[..., object] | None = None,
        on_note: Callable[[str], object] | None = None,
        *,
        overwrite: bool = False,
        **options: Any,
    ) -> TrainingRecord:
        """Train a network on the query's own simulations and write it to `artifact_path`.

        Options are those of `anglipy.ic.training.TrainingOptions`: traces, minutes, batch, seed,
        workers, dataset, device, resume... `on_progress` is called with a `Progress` at every
        validation, `watch` with a `Live` a few times a second, `on_note` with what is worth knowing
        beforehand: which sites the prior proposes, and why. Raises ArtifactError AQ618 where a
        training would be lost, unless it is to be resumed, or `overwrite` says so.
        """
        from anglipy.ic.resuming import refuse_overwriting
        from anglipy.ic.training import train

        if not overwrite and not options.get("resume"):
            refuse_overwriting(artifact_path)
        return train(
            self.query,
            self._training(options),
            artifact_path,
            on_progress,
            watch=watch,
            on_note=on_note,
            program_hash=self.program_hash,
            sites=self.sites,
        )

    @theirs_only
    def simulate(
        self,
        dataset: str | Path,
        traces: int,
        on_progress: Callable[[int, int], object] | None = None,
        **options: Any,
    ) -> int:
        """Fill a folder with traces to train on later, until there are so many; the shards that
        were made. Options are those of `compile`: seed, workers, shard, example_args.
        """
        from anglipy.ic.sources import dataset_of

        training = self._training({**options, "dataset": str(dataset)})
        folder = dataset_of(self.query, training, self.program_hash)
        assert folder is not None
        return folder.fill_all(traces, training.workers, on_progress)

    @theirs_only
    def calibrate(
        self,
        artifact: str | Path,
        *,
        args: Any = None,
        args_fn: str | None = None,
        on_progress: Callable[[int, int], object] | None = None,
        **options: Any,
    ) -> Calibration:
        """Judge the posteriors of an artifact on data sets that the program simulates, and keep
        what was found in the artifact; see `anglipy.ic.judgement.calibration`.

        `args` or `args_fn` are what the query is called with; left out, what the network was
        trained with. Options: simulations, particles, seed. `on_progress` is called with the data
        sets done and their number. Raises OptionError AQ312 if the argument of the training was too
        large to be kept, or no data.
        """
        from anglipy.ic.judgement.calibration import calibrate, options_of
        from anglipy.ic.judgement.keeping import kept_in

        loaded = self.artifact(artifact)
        combined = loaded.options.get(COMBINED)
        hook = None if combined is None else hook_of(self.namespace, combined)
        setup = self._as_trained(loaded, args, args_fn)._replace(combine_observes=hook)
        found = calibrate(self.query, loaded, setup, options_of(options), on_progress)
        kept_in(loaded, found).save(artifact)
        return found

    def _as_trained(self, artifact: Artifact, args: Any, args_fn: str | None) -> Setup:
        """What the query is called with: as is said, or else as in training."""
        from anglipy.ic.setup import Setup

        if args is not None and args_fn is None:
            return Setup(self._argument(args))
        generator = args_fn or artifact.options.get("args_fn")
        if generator is not None:
            return Setup(generator=generator_named(self.namespace, str(generator)))
        example = artifact.example
        if not example.is_kept:
            raise OptionError(
                "AQ312",
                f"the argument that `{self.name}` was trained with is not kept in the artifact",
                help=f"give it again, for {self.params}",
            )
        return Setup(None if example.value is None else self._argument(example.value))

    def _argument(self, given: Any, name: str = "args") -> Any:
        """The argument that was given under this name, if it fits."""
        with self._placed():
            return from_caller(self.name, self.params, given, name)

    @contextmanager
    def _placed(self) -> Iterator[None]:
        """What is wrong with an argument is shown where the query is defined."""
        try:
            yield
        except OptionError as error:
            defined = self.namespace.definitions.get(self.name)
            raise error.located(None if defined is None else defined.span) from None

    def _training(self, options: dict[str, Any]) -> TrainingOptions:
        from anglipy.ic.options import TrainingOptions

        known = TrainingOptions.__dataclass_fields__
        for name in options:
            if name not in known:
                near = nearest(name, known)
                hint = f"did you mean `{near}`? " if near else ""
                raise OptionError(
                    "AQ302",
                    f"training has no option `{name}`",
                    help=f"{hint}known: {', '.join(known)}",
                )
        if options.get("example_args") is not None:
            example = self._argument(options["example_args"], "example_args")
            options = {**options, "example_args": example}
        if options.get("args_fn") is not None:
            generator = generator_named(self.namespace, str(options["args_fn"]))
            options = {**options, "args_fn": generator}
        for name in (COMBINED, "combine_samples"):
            if options.get(name) is not None:
                options = {**options, name: hook_of(self.namespace, options[name])}
        return TrainingOptions(**{"embedders": embedders_of(self.namespace), **options})


def _described(value: Any) -> str:
    """A value that is given in the wrong place; tables and arrays would be long."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("numpy", "pandas", "torch"):
        return f"a {kind.__name__}"
    return describe(from_python(value))
