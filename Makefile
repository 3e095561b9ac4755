# Everything installs itself into .venv. PYTHON names another interpreter,
# for example: make test PYTHON=python3.12
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
INSTALL := $(PIP) --constraint .ci/constraints.txt
PARALLEL := --numprocesses 2 --dist loadfile
INPUTS := pyproject.toml .ci/constraints.txt

# Other implementations that the tests compare with. torchvision's build asks for
# another torch; nothing of it that needs one is used.
PEERS := torchvision pytorch-fid torch-fidelity prdc

# The oldest Keras that is supported: what is used of Keras' inside is tried on it too.
OLDEST_KERAS := 3.12.0

# A backend's tests each.
SUITES := test-tensorflow test-jax test-torch

.PHONY: demo test zoo-check test-all $(SUITES) test-oldest-keras cases lint clean

# List, load, fit, score and write a card on real digits; output goes to out/.
demo: $(VENV)/.tensorflow
	KERAS_BACKEND=tensorflow $(BIN)/python tools/demo.py

# All that has a backend in it on TensorFlow, and what has none on torch, which begins
# quickest (tests/conftest.py).
test: test-tensorflow test-torch

# Score every entry of the zoo again, and compare with all that is printed of it; with
# ARGS="--num-images 1000" quickly. KERAS_GAN_ZOO_DATA names the folder of the data sets.
zoo-check: $(VENV)/.tensorflow
	KERAS_BACKEND=tensorflow $(BIN)/python tools/check_zoo.py $(ARGS)

# The whole suite on TensorFlow, JAX and torch; every family on each of them.
test-all: export KERAS_GAN_ZOO_TEST_ALL := 1
test-all: $(SUITES) test-oldest-keras

# Two workers have the two cores; more threads would only wait for each other.
$(SUITES) cases: export OMP_NUM_THREADS := 1

# Many tests compile the same step of the same tiny GAN: XLA keeps what it has compiled,
# and compiles faster what runs once or twice.
test-jax: export JAX_COMPILATION_CACHE_DIR := $(CURDIR)/$(VENV)/jax-cache
test-jax: export JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS := 0
test-jax cases: export JAX_DISABLE_MOST_OPTIMIZATIONS := 1

$(SUITES): test-%: $(VENV)/.% $(VENV)/.peers
	KERAS_BACKEND=$* $(BIN)/python -m pytest $(PARALLEL) $(TESTS)

test-oldest-keras: $(VENV)/keras-$(OLDEST_KERAS)
	PYTHONPATH=$< KERAS_BACKEND=jax $(BIN)/python -m pytest tests/backend/test_keras_internals.py

# Scripts after public bug reports, each on TensorFlow, JAX and torch.
cases: $(VENV)/.tensorflow $(VENV)/.jax $(VENV)/.torch
	$(BIN)/python tests/cases/run.py $(CASES)

lint: $(VENV)/.tensorflow
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

$(VENV)/keras-$(OLDEST_KERAS): $(VENV)/.jax
	$(PIP) --no-deps --target $@ keras==$(OLDEST_KERAS)

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
	$(INSTALL) --editable '.[ray,hub,pandas,tune,demo]'
	touch $@
