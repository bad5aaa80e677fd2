#!/bin/sh
# Everything that must hold before a commit lands. Stops at the first failure.
set -eu
export DOTENV=  # what is checked is the source, not the deployment it stands in
step() { echo "== $1"; shift; "$@"; }

step "lint" ruff check .
step "format" ruff format --check .
step "types" mypy
step "imports" lint-imports --no-cache
step "templates" djlint --quiet --lint .
step "catalogues" python manage.py compile_catalogues
step "migrations" python manage.py makemigrations --check --dry-run
step "translations" python manage.py check_translations
step "deployment" env SITE_URL=https://www.example.org ALLOWED_HOSTS=www.example.org \
    SECRET_KEY=check-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG \
    SECRETS_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
    STRIPE_SECRET_KEY=sk_test_check STRIPE_WEBHOOK_SECRET=whsec_check EMAIL_URL=smtp://127.0.0.1:25 \
    TRUST_PROXY_HEADERS=true \
    python manage.py check --deploy --fail-level WARNING
