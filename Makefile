# Every verb of the project. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The files of the suite are spread over two processes; more would be in each other's way on an office machine.
PARALLEL = -n 2 --dist loadfile
.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test test-fast test-isolated bench lint format lock openapi packages manifest sbom audit-dependencies vendor corpus fuzz screenshots clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.runtime: requirements/demo.txt requirements/runtime.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt -r requirements/demo.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.runtime ## install the locked, hash-checked dependencies into .venv

install-dev: $(VENV)/.dev ## the same, with what the tests and linters need

demo: install ## a sample county: two instances, forty emulated devices, nothing outside ./var
	$(BIN)/python -m demo

packages: ## install the Debian packages that the tests need (root), or name what is missing
	@tests/packages.sh

test: packages install-dev lint ## the whole suite, real parts included
	$(BIN)/python -m pytest $(PARALLEL)

test-fast: install-dev ## the tests that need nothing but Python, in seconds
	$(BIN)/python -m pytest $(PARALLEL) -m "not slow"

test-isolated: install-dev ## the fast tests in a network namespace that has nothing but loopback
	@unshare -$$([ "$$(id -u)" = 0 ] || printf r)n sh -c 'ip link set lo up && exec $(BIN)/python -m pytest $(PARALLEL) -m "not slow"'

bench: install-dev ## what it costs, beside its peers in the same run; ROUNDS=3, ONLY="poll_v2c ..." for some of it
	@tests/packages.sh bench/packages.txt
	@$(BIN)/python -m bench $(ONLY)

lint: install-dev ## ruff, mypy strict, import layers, templates, documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet web/templates
	$(BIN)/python -m pytest --quiet tests/test_documents.py tests/test_translations.py

format: install-dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: install-dev ## renew the locks in requirements/ from pyproject.toml
	@for e in runtime demo hsm dev audit; do \
	  source=pyproject.toml; [ $$e != audit ] || source=requirements/audit.in; \
	  case $$e in demo|hsm) x="--extra $$e -c requirements/runtime.txt";; \
	    dev) x="--extra demo --extra hsm --extra dev -c requirements/runtime.txt -c requirements/demo.txt \
	      -c requirements/hsm.txt";; *) x="";; esac; \
	  $(BIN)/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
	    --strip-extras --allow-unsafe $$x -o requirements/$$e.txt $$source || exit 1; done

manifest: install ## write the digests of the program's files to MANIFEST.sha256, to be kept with the release
	$(BIN)/python -c "from security.posture.software import ROOT, MANIFEST, digests, written; MANIFEST.write_text(written(digests(ROOT)), encoding='utf-8')"

sbom: install ## what a release consists of, as CycloneDX, into build/sbom.cdx.json
	@mkdir -p build
	$(BIN)/python -m deploy.sbom > build/sbom.cdx.json

build/audit/.ready: requirements/audit.txt
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/audit.txt
	@touch $@

audit-dependencies: build/audit/.ready ## bandit over the code; pip-audit asks the internet about known weaknesses
	build/audit/bin/bandit --quiet --recursive --configfile pyproject.toml guanjin.py core security inventory collectors automation web
	@date --utc +'asked on %Y-%m-%dT%H:%MZ'
	@build/audit/bin/pip-audit --strict --require-hashes --disable-pip --progress-spinner off -r requirements/runtime.txt || \
	  { echo "hint: if the service could not be reached or does not know a package, nothing was found out; ask again where the internet is" >&2; exit 1; }

vendor: install-dev ## fetch the vendored browser files anew from npm and check them against their record
	$(BIN)/python -m web.vendor web/static/vendor tests/browser/vendor

corpus: install-dev ## probe the recorded agents in CORPUS=DIR, and judge what was found
	$(BIN)/python -m tests.collectors.snmp.corpus $(CORPUS)

fuzz: install-dev ## PACKETS=1000000 damaged SNMP answers, from SEED=1 on
	$(BIN)/python -W error -m tests.collectors.snmp.fuzz --packets $(or $(PACKETS),1000000) --seed $(or $(SEED),1)

screenshots: install-dev ## take the pictures of the READMEs anew from the running demonstration
	$(BIN)/python -m tests.browser.screenshots

clean: ## remove what was built; keeps ./var
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
