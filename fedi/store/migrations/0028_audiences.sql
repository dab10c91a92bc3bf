-- Lists of servers: why there is a rule, in words that all may read; `comment` is for administrators.

ALTER TABLE domain_rule ADD COLUMN public_comment TEXT NOT NULL DEFAULT '';
