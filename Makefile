# Everything installs itself into .venv. PYTHON names another interpreter,
# for example: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint .ci/constraints.txt
PARALLEL := --numprocesses 2 --dist loadfile
INPUTS := pyproject.toml .ci/constraints.txt

# Other implementations that the tests compare with. torchvision's build asks for
# another torch; nothing of it that needs one is used.
PEERS := torchvision pytorch-fid torch-fidelity prdc

.PHONY: demo test test-all test-jax test-torch lint clean

# List, load, fit, score and write a card on real digits; output goes to out/.
demo: $(VENV)/.tensorflow
	KERAS_BACKEND=tensorflow $(BIN)/python tools/demo.py

# The whole suite on TensorFlow.
test: $(VENV)/.tensorflow $(VENV)/.peers
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest $(PARALLEL)

# The whole suite on TensorFlow, JAX and torch.
test-all: test test-jax test-torch

test-jax test-torch: test-%: $(VENV)/.% $(VENV)/.peers
	KERAS_BACKEND=$* $(BIN)/python -m pytest $(PARALLEL) $(TESTS)

lint: $(VENV)/.tensorflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

clean:
	rm -rf $(VENV) out build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.tensorflow: $(VENV)/bin/python $(INPUTS)
	$(INSTALL) --editable '.[tensorflow,dev]'
	touch $@

$(VENV)/.jax: $(VENV)/.tensorflow
	$(INSTALL) --editable '.[jax]'
	touch $@

# The exact version first: the plain name can mean a build of several gigabytes.
$(VENV)/.torch: $(VENV)/.tensorflow
	$(INSTALL) $$(grep '^torch==' .ci/constraints.txt)
	$(INSTALL) --editable '.[torch]'
	touch $@

$(VENV)/.peers: $(VENV)/.torch
	$(INSTALL) --no-deps $(PEERS)
	$(INSTALL) --editable '.[ray,hub,pandas]'
	touch $@
