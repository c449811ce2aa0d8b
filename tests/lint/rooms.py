"""The import-linter contract of the package's rooms: who may import whom inside `djust_backend`."""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class RoomsContract(Contract):
    """A module in a room imports only its own room and the shared leaves.

    A shared leaf that is in a room imports only those that are in none.

    Fields: `package`, the `rooms` (its subpackages that are closed), the subpackages that belong
    to the `face`, and the `shared` modules. A subpackage that is in neither list breaks the
    contract, so that a new one cannot stay without a rule.
    """

    package = fields.ModuleField()
    rooms = fields.ListField(subfield=fields.StringField())
    face = fields.ListField(subfield=fields.StringField())
    shared = fields.ListField(subfield=fields.ModuleField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Return the broken lines as the check's metadata; kept when there are none."""
        del verbose
        offences = [*self._unknown_subpackages(graph), *self._forbidden_imports(graph)]
        return ContractCheck(kept=not offences, metadata={"offences": offences})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print one line for each offence."""
        for offence in check.metadata["offences"]:
            output.print_error(f"- {offence}", bold=False)

    def _unknown_subpackages(self, graph: ImportGraph) -> list[str]:
        package = self.package.name
        return [
            f"{child} is neither a room nor part of the face: give it a rule in pyproject.toml"
            for child in sorted(graph.find_children(package))
            if graph.find_children(child)
            and child.rpartition(".")[2] not in {*self.rooms, *self.face}
        ]

    def _forbidden_imports(self, graph: ImportGraph) -> list[str]:
        shared = {module.name for module in self.shared}
        rooms = [f"{self.package.name}.{name}" for name in self.rooms]
        outside = {leaf for leaf in shared if not leaf.startswith(tuple(f"{r}." for r in rooms))}
        offences = []
        for room in rooms:
            if room not in graph.modules:
                continue
            for importer in sorted({room, *graph.find_descendants(room)}):
                allowed = outside if importer in shared else shared
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    inside = f"{imported}.".startswith(f"{room}.") and importer not in shared
                    ours = f"{imported}.".startswith(f"{self.package.name}.")
                    if ours and not inside and imported not in allowed:
                        offences.append(f"{importer} imports {imported}")
        return offences
