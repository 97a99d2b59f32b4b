"""HubSpot: contacts, companies, deals, engagements, forms and marketing e-mail. See README.md."""
