"""The words of each refusal in both languages, by what people are doing; `refusal_wording` says them."""
