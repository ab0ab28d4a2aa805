-- What the hashes between the receipts of a batch follow from, so that a receipt shows nothing of the others; none in a
-- batch of one, and in those that were written before.
ALTER TABLE batches ADD COLUMN seed BLOB;
