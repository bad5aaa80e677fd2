from django.db.migrations.operations.base import Operation


class CreateTables(Operation):
    """Many CreateModel as one step. One by one, each would have Django build all models that hang
    together anew, and through the user nearly all do: most of the time a first start takes."""

    def __init__(self, tables):
        self.tables = tables

    def state_forwards(self, app_label, state):
        if any((app_label, table.name_lower) in state.models for table in self.tables):
            return  # on the way back through the replaced files Django reads both them and this one
        vars(state).pop("apps", None)  # built once, from the state below, when it is asked for
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self):
        return f"Create {len(self.tables)} tables"
