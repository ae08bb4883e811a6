"""Writes the .pt files of this folder with torch.save, and the same numbers as safetensors. See README.md."""

import os
import pathlib
import pickle
import zipfile

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent


def tensors():
    generator = torch.Generator().manual_seed(6)
    shared = torch.randn(4, 3, generator=generator)
    return {
        "a.weight": torch.randn(3, 4, generator=generator),
        "half": torch.randn(5, generator=generator).half(),
        "brain": torch.randn(2, 1, 2, generator=generator).bfloat16(),
        # Two tensors in one storage: the second begins in its middle.
        "whole": shared,
        "rows": shared[1:3],
        "scalar": torch.tensor(2.5),
    }


class Command:
    """Unpickled by anything that obeys a pickle, it would make a file."""

    def __reduce__(self):
        return os.system, ("touch executed-by-a-checkpoint",)


def main():
    torch.manual_seed(6)
    state = tensors()
    # As the authors of SAM 2 save: the state dictionary of a module (with the versions of its parts) under "model".
    module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    dictionary = module.state_dict()
    dictionary.update(state)
    torch.save({"model": dictionary, "epoch": 3}, HERE / "state.pt")
    save_file({name: tensor.clone() for name, tensor in dictionary.items()}, HERE / "state.safetensors")
    # A state dictionary alone, of parameters.
    torch.save({"weight": torch.nn.Parameter(state["a.weight"])}, HERE / "parameters.pt")
    torch.save({"model": {"turned": state["a.weight"].t()}}, HERE / "transposed.pt")
    torch.save({"model": {"count": torch.arange(3)}}, HERE / "integers.pt")
    torch.save({"model": {"weight": state["a.weight"]}}, HERE / "legacy.pt", _use_new_zipfile_serialization=False)
    with zipfile.ZipFile(HERE / "command.pt", "w") as archive:
        archive.writestr("command/data.pkl", pickle.dumps({"model": Command()}, protocol=2))
    with zipfile.ZipFile(HERE / "state.pt") as source, zipfile.ZipFile(
        HERE / "compressed.pt", "w", zipfile.ZIP_DEFLATED
    ) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))


main()
