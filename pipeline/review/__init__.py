"""Make the committee's page: rank anew under other weights, compare, look into the evidence, score blind, vote, save."""
