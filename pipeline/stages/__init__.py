"""Hold one thin file a stage of `dvc.yaml`: `run(settings, inputs)` returns the stage's outputs by name."""
