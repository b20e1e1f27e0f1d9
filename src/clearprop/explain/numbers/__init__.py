"""The numbers behind every explanation: values, partials, derivatives, paths and costs."""
