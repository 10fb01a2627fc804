# Two commands matter: `make run` and `make test`. Both make .venv and install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
JS := PATH="$(CURDIR)/$(BIN):$$PATH"
PORT ?= 8501
HOST ?= 127.0.0.1
TWO := --numprocesses=2 --dist=worksteal --durations=10

.DEFAULT_GOAL := help
.PHONY: bench-load help run test check fix unit browser deploy-test audit bench screenshots component train weights clean

help:  ## say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/run  ## start the app and open it (PORT=8501; HOST=0.0.0.0 lets a class in)
	$(BIN)/streamlit run app.py --server.port=$(PORT) --server.address=$(HOST)

test: check unit browser deploy-test  ## everything: lint, types, unit, page, browser and deployment tests

check: $(VENV)/dev node_modules  ## lint, format and types, of Python and of JavaScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(JS) npm run --silent check

unit: $(VENV)/dev  ## unit, doc and page tests, without a browser
	$(BIN)/pytest --ignore=tests/browser --ignore=tests/deploy $(TWO)

browser: $(VENV)/dev node_modules  ## the app in a real browser; gets Chromium where there is none
	$(BIN)/python -m tests.browser.install_chromium
	$(BIN)/pytest tests/browser $(TWO)

deploy-test: $(VENV)/dev  ## deploy/: its files, and two processes behind nginx; gets nginx where there is none
	$(BIN)/python -m tests.browser.install_chromium
	$(BIN)/python -m tests.deploy.install_nginx
	$(BIN)/pytest tests/deploy

fix: $(VENV)/dev node_modules  ## mend what lint and format can mend; write the types of messages anew
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/python -m tests.message_types
	$(JS) npm run --silent fix

component: $(VENV)/dev  ## one component with its example states, reloading on save (NAME=stepper; without it a list of all)
	$(BIN)/python -m streamlit run tests/browser/catalogue.py --server.port=$(PORT) --server.runOnSave=true \
		--server.folderWatchList=cnnviz/ui $(if $(NAME),-- $(NAME))

bench: $(VENV)/bench  ## this app against its peers, as ratios
	$(BIN)/python -m benchmarks

bench-load: $(VENV)/dev  ## a class at once: 60 visitors for 10 minutes against one process, then two (35 minutes; LOAD="--visitors 20 --minutes 2")
	$(BIN)/python -m benchmarks.load --processes 1 $(LOAD)
	$(BIN)/python -m benchmarks.load --processes 2 $(LOAD)

screenshots: $(VENV)/dev  ## every page, wide and narrow, light and dark, into screenshots/
	$(BIN)/python -m tests.browser.install_chromium
	$(BIN)/python -m tests.browser.screenshots

train: $(VENV)/run  ## train the small networks anew, seeded: about 20 minutes on two cores (NAMES=slim_vgg for one)
	$(BIN)/python -m cnnviz.training.siblings $(NAMES)

weights: $(VENV)/run  ## fetch the large networks' weights before a lesson, 947 MB in all (NAMES=resnet18 for one, 47 MB)
	$(BIN)/python -m cnnviz.networks.fetch_weights $(NAMES)

audit: $(VENV)/bin/python  ## ask a public list whether a pinned package has a known hole; needs the internet
	$(BIN)/python -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet pip-audit
	$(VENV)/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

$(VENV)/bench: $(VENV)/dev requirements-bench.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-bench.txt --constraint constraints.txt
	@touch $@

clean:  ## remove what was made
	rm -rf $(VENV) node_modules screenshots .pytest_cache .mypy_cache .ruff_cache .hypothesis

# TypeScript and Biome, by the Node that .venv/dev brings along.
node_modules: $(VENV)/dev package.json package-lock.json
	$(JS) npm ci --silent
	@touch $@

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "cnnviz needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/run: $(VENV)/bin/python requirements.txt constraints.txt
	$(BIN)/python -m pip install --quiet --requirement requirements.txt --constraint constraints.txt
	@touch $@

$(VENV)/dev: $(VENV)/run requirements-dev.txt
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt --constraint constraints.txt
	@touch $@
