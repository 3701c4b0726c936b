"""From definitions to an intent: checks, table shapes, their difference as operations. Changes nothing."""
