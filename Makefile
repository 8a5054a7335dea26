# Every target installs what it needs into .venv/, from the locks in requirements/.
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes

# Every process of the tests would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test tests lint types format docs site messages assets bench torture lock clean

demo: .venv/.run ## crawl the seed rooms from the built-in simulated gateway
	$(BIN)/rankcrawler demo

test: .venv/.dev lint ## run every check: lint, format, strict types, tests
	@$(MAKE) --no-print-directory --jobs 2 types tests

tests: .venv/.dev ## run the tests
	$(BIN)/python -m pytest --numprocesses 4 --dist worksteal || \
	  { echo "Running the failed tests again, one at a time:" >&2; \
	    $(BIN)/python -m pytest --last-failed --last-failed-no-failures none; }

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

lint: .venv/.dev ## check style and format
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .

types: .venv/.dev ## check the types
	$(BIN)/mypy

format: .venv/.dev ## fix what the linter and the formatter can fix
	$(BIN)/ruff check --quiet --fix .
	$(BIN)/ruff format --quiet .

docs: .venv/.run ## write what is generated in docs/: fields, views, settings, commands, statistics, metrics, the API
	$(BIN)/python -m rankcrawler.model.reference
	$(BIN)/python -m rankcrawler.store.reference
	$(BIN)/python -m rankcrawler.commands.reference
	$(BIN)/python -m rankcrawler.metrics.reference

site: .venv/.dev ## build the documents as a site in site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

messages: .venv/.dev ## bring the translations in rankcrawler/locale up to date with the source; new messages are left empty
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --no-default-keywords --keywords 'tr marked counted:1,2 marked_both:1,2' --add-location file \
	  --sort-output --output .venv/messages.pot rankcrawler
	$(BIN)/pybabel --quiet update --input-file .venv/messages.pot --output-dir rankcrawler/locale --domain rankcrawler \
	  --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile --directory rankcrawler/locale --domain rankcrawler

assets: ## build the bundles of others that pages load; needs npm, and users need none of it
	cd assets && npm ci --silent && npm run --silent build

bench: .venv/.dev ## run the benchmarks next to what people would use instead; under ten minutes
	@$(MAKE) --no-print-directory .venv/.rivals || echo "Some rivals could not be installed; running without them:" >&2
	$(BIN)/python -m benchmarks.all

torture: .venv/.dev ## kill, freeze and time real workers, and send them bad answers; docs/torture.md has the figures
	$(BIN)/python -m tests.torture.kills --kills 200 --rooms 10000
	$(BIN)/python -m tests.torture.sessions --kills 200 --sessions 500
	$(BIN)/python -m tests.torture.following --anchors 1000 --check-every 60 --minutes 3
	$(BIN)/python -m tests.torture.freeze
	$(BIN)/python -m tests.torture.schedule --seconds 60
	$(BIN)/python -m tests.torture.limits --seconds 20
	$(BIN)/python -m tests.torture.pickup --rooms 200
	$(BIN)/python -m tests.torture.store_crashes --crashes 20 --rooms 2000
	$(BIN)/python -m tests.torture.books --polls 20000
	$(BIN)/python -m tests.torture.answers --inputs 20000
	$(BIN)/python -m tests.torture.requests --cases 5000
	$(BIN)/python -m benchmarks.memory --responses 20000 --entries 2 100
	$(BIN)/python -m benchmarks.store --rooms 100 --minutes 240 --rounds 3
	$(BIN)/python -m benchmarks.reading --entries 10000000 --minutes 1440

COMPILE := ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --upgrade

lock: .venv/.uv ## update the locks: names, versions and hashes only
	cd requirements && $(COMPILE) uv.in --output-file uv.txt
	cd requirements && $(COMPILE) ../pyproject.toml run.in --extra alerts --extra serve --extra postgresql --output-file run.txt
	cd requirements && $(COMPILE) dev.in --output-file dev.txt
	cd requirements && $(COMPILE) ../benchmarks/rivals/requirements.in --output-file ../benchmarks/rivals/requirements.txt

clean: ## remove the environment and every cache
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "rankcrawler needs Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "the venv module is missing: on Debian, run apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

.venv/.run: .venv/.uv requirements/run.txt pyproject.toml
	$(UV) -r requirements/run.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.txt
	$(UV) -r requirements/dev.txt
	@touch $@

.venv/.rivals: .venv/.uv benchmarks/rivals/requirements.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/rivals
	$(BIN)/uv pip install --quiet --python .venv/rivals/bin/python --require-hashes -r benchmarks/rivals/requirements.txt
	@touch $@
