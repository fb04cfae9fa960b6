"""A wish to leave is found wherever people write it, in their own words and nowhere else."""

from __future__ import annotations

import pytest

from inbound.kinds.leave import wants_to_leave

WISHES = """\
Please unsubscribe me.
unsubscribe please
UNSUBSCRIBE ME NOW!!!
Unsubscribe from this list
Kindly unsubscribe me from your mailing list.
How do I unsubscribe?
I'd like to unsubscribe, thanks.
I want to opt out of all further emails.
Please could you take our company off your list?
Take me off your database please.
Get me off this list!
I would appreciate it if you removed my address... please remove it: remove me from your records.
Please remove ada@leads.example from your list
Can you please remove me from future mailings
Would you be so kind as to remove us from your distribution list?
Please delete my details from your system
Delete my data.
Stop spamming me
stop sending me this stuff
Please stop with the emails.
Stop all emails.
Do not email me again.
Don't contact me anymore, thank you
Please don't send me any more newsletters
We do not wish to receive any further communication from you.
I don't want to receive these emails anymore
I am not interested in receiving your newsletter any longer.
We no longer wish to be contacted.
I no longer want to get your mails
I'd rather not receive any more of these emails
No more emails, please!
no thanks, unsubscribe
Please cancel my subscription.
I hereby withdraw my consent to marketing emails.
I object to the processing of my data for marketing purposes.
I would like to be removed from the list.
I wish to be unsubscribed
Please ensure that my address is deleted
Please have my address removed from your list.
Leave me alone!
Not relevant for us - please take us off the list.
Please take me off; but call my colleague Priya, she may be interested.
I have retired. Please remove my name from your contact list.
wrong person, pls remove
You have the wrong email. Please stop.
Désinscrivez-moi svp
Je souhaite me désinscrire de votre newsletter
Veuillez me désabonner de cette liste.
Merci de bien vouloir me retirer de votre base de données.
Pourriez-vous me supprimer de vos listes ?
Supprimez mon adresse de votre fichier s'il vous plaît.
Merci de supprimer nos coordonnées de vos fichiers
Je ne veux plus recevoir vos mails.
je ne souhaite pas recevoir vos newsletters
Nous ne désirons plus être contactés.
Ne m'envoyez plus de mails
Ne me contactez plus.
Merci de ne plus nous solliciter.
Veuillez ne plus m'adresser de courriels publicitaires.
Arrêtez de m'envoyer vos pubs !
Arrêtez vos mails svp
Merci de cesser tout envoi de messages.
Plus de mails svp
Stop pub
Je m'oppose à l'utilisation de mes données.
Je retire mon consentement.
Je vous demande de procéder à ma désinscription.
Rayez-moi de la liste
Bitte melden Sie mich vom Newsletter ab.
Bitte tragen Sie mich aus.
Bitte aus dem Verteiler nehmen
Bitte nehmen Sie uns aus Ihrem Verteiler
Bitte löschen Sie meine E-Mail-Adresse aus Ihrer Datenbank.
Löschen Sie mich bitte
Ich möchte keine Mails mehr bekommen.
Ich möchte keine weiteren E-Mails von Ihnen erhalten
Bitte keine Werbung mehr!
Keine E-Mails mehr bitte
Bitte schicken Sie mir keine Newsletter mehr.
Ich will nicht mehr angeschrieben werden.
Bitte kontaktieren Sie mich nicht mehr.
Schreiben Sie mir nicht mehr
Hören Sie auf, mir zu schreiben!
Ich widerspreche der Nutzung meiner Daten zu Werbezwecken.
Ich widerrufe hiermit meine Zustimmung.
Hiermit bestelle ich Ihren Newsletter ab.
Ich möchte den Newsletter abbestellen
Bitte mich abmelden
Bitte um Abmeldung
Könnten Sie meine Adresse bitte aus der Liste entfernen?
Bitte stellen Sie die Zusendung ein.
Por favor, denme de baja
Quiero darme de baja de este boletín
Solicito la baja de su lista
Darme de baja por favor
Elimínenme de su lista
Borren mi correo de su base de datos, por favor.
¿Pueden quitarme de su lista?
Les pido que retiren mi dirección de correo de sus archivos.
No deseo recibir más información.
Ya no quiero recibir sus correos.
No quiero más correos
No me envíen más publicidad
Por favor no me escriban más
Dejen de mandarme correos
Cancelen mi suscripción
Desuscribirme
Me opongo al tratamiento de mis datos.
Cancellatemi dalla vostra lista, grazie
Non desidero più ricevere le vostre email.
Graag uitschrijven
Wilt u mij uitschrijven van deze nieuwsbrief?
Não quero mais receber os seus emails
Por favor removam-me da lista
Thanks for the info. We already have a supplier so please take us off your mailing list
please unsubsribe
Pls take me of your list
Remove from list
remove from mailing list
Please remove from your list.
Off the list please
Can you stop these mails
I never signed up for this. Remove me.
I did not subscribe to this newsletter, please remove my email.
Do not send any more messages to this address
You are spamming me. Stop it.
I'm not the right person; please update your records and do not contact me again
Please refrain from sending further emails.
Your newsletter is no longer of interest, please end my subscription.
Bonjour, je ne suis plus concerné, merci de m'enlever de votre liste d'envoi
Je n'ai jamais souscrit à votre newsletter, veuillez me retirer.
Merci d'enlever mon adresse mail
désabonnement
Me désabonner
me desinscrire merci
Retirer mon adresse de la liste de diffusion svp
Plus intéressé, merci de me désinscrire
Je ne suis pas intéressé, merci de ne plus m'écrire
Kein Interesse, bitte austragen.
Kein Interesse! Bitte streichen Sie mich von Ihrer Liste
Bitte nicht mehr schreiben
Bitte entfernen Sie mich von der Mailingliste
ich bitte um löschung meiner daten
Bitte um Löschung aus dem Verteiler
Bitte keine weiteren Zusendungen
Ich habe kein Interesse an weiteren E-Mails und bitte um Austragung.
Nehmt mich bitte aus eurem Verteiler
Lasst mich in Ruhe mit euren Mails, bitte abmelden
Bitte senden Sie uns zukünftig keine Informationen mehr zu.
Ich bin nicht der richtige Ansprechpartner, bitte löschen Sie meinen Kontakt.
Baja
BAJA POR FAVOR
No me interesa, por favor eliminadme de la lista
no quiero recibir nada mas
Os ruego que me deis de baja
Ruego me eliminen de sus listas
Solicito que borren mis datos
Please remove me from this email list. I have no use for your products.
I would like you to stop sending me newsletters.
Would you mind taking me off your mailing list?
Is it possible to be removed from this list?
Can I be taken off this mailing list please?
Kindly refrain from contacting me in future.
Pls stop.
plz unsub
unsub
Unsubscribe!
I am unsubscribing from your list.
I've tried to unsubscribe three times already!
I have tried to unsubscribe but your link does not work. Please remove me manually.
The unsubscribe link doesn't work.
I have already asked you to remove me!
I've asked you several times to stop emailing me.
How can I stop getting these emails?
How do I get off this list?
I do not consent to receiving marketing emails.
Please update your records - I don't wish to be contacted.
Not for me, please unsubscribe.
Please delete me
DELETE
Take me off!!!!
Remove!
Enough! No more mails.
I'm leaving the company at the end of the month, so please take me off your distribution list.
Martin no longer works here. Please remove this address from your list.
This person has left the company, please delete from your database.
Please remove this contact.
We request that you remove all our staff from your mailing list.
GDPR request: delete all personal data you hold about me.
I exercise my right to erasure.
Under GDPR I request erasure of my personal data
Spam! Remove my address.
Do not spam me.
This is spam. Stop.
I will report you as spam if you do not stop.
Don't email me.
Never contact me again.
do not reply, just take me off
Kindly opt-out this email
I'd prefer not to get these emails.
I want off this list.
please discontinue sending these emails
I choose to opt out.
I'm opting out
Merci de m'ôter de votre liste
Prière de me retirer de votre mailing list
Je vous prie de bien vouloir supprimer mon adresse.
J'aimerais ne plus recevoir ces messages.
Je désire me désabonner
Je vous serais reconnaissant de ne plus m'envoyer de messages.
Inutile de m'envoyer d'autres messages.
Veuillez cesser de m'importuner.
Comment me désinscrire ?
Comment faire pour se désabonner ?
Le lien de désinscription ne fonctionne pas, merci de me désabonner
Plus de newsletter merci
Ne souhaite plus recevoir de mails de votre part
Merci de stopper vos envois
STOP SPAM
Laissez-moi tranquille
Effacez mes données
Je demande l'effacement de mes données personnelles
Supprimer svp
à supprimer de votre liste merci
Monsieur Vasseur ne travaille plus chez nous, merci de retirer son adresse de votre liste.
Bitte nehmen Sie meine Adresse aus Ihrem Newsletterverteiler.
Ich bitte Sie, mich aus Ihrer Liste zu streichen.
Ich bitte darum, keine weiteren E-Mails zu erhalten.
Wir bitten um Streichung aus Ihrem Verteiler.
Bitte sehen Sie von weiteren E-Mails ab.
Wir wünschen keine weiteren Werbemails.
Bitte unterlassen Sie weitere Zusendungen.
Nehmen Sie mich sofort aus dem Verteiler!
raus aus dem verteiler
Wie kann ich mich abmelden?
Wie melde ich mich ab?
Der Abmeldelink funktioniert nicht. Bitte melden Sie mich ab.
Bitte den Newsletter abbestellen.
Kündigung Newsletter
Newsletter kündigen
Ich verlange die Löschung meiner Daten.
Ich fordere Sie auf, meine Daten zu löschen.
Herr Overbeck arbeitet nicht mehr bei uns, bitte löschen Sie die Adresse.
Bitte diese Mailadresse löschen
Unterlassen Sie das!
Lassen Sie mich in Ruhe!
Ich will das nicht mehr.
kein Newsletter mehr
Keine Mails.
Bitte kein Newsletter mehr
Favor de darme de baja
Le agradecería que me diera de baja
Quisiera dejar de recibir sus correos
Deseo cancelar mi suscripción
Les agradecería que no me enviaran más correos
No estoy interesada, gracias. Quítenme de la lista.
¿Cómo puedo darme de baja?
¿Cómo me doy de baja?
El enlace de baja no funciona
Basta de correos
No más correos por favor
Dar de baja mi correo
Dar de baja este correo
Procedan a eliminar mis datos
Ya no trabajo aquí, por favor borren esta dirección.
Stop enviar mails
Eliminar mi correo por favor
Solicito ser eliminado de su lista
No me mande mas mails
Por favor, retírenme de su lista de envío
""".splitlines()

LETTERS = """\
Please send me the price list.
Please remove the second item from the quote.
Could you take us through the demo on Friday?
Please take me through it again.
I want to stop losing parcels; can your sensors help?
Stop by our booth tomorrow.
Please don't remove me from the list!
Do not unsubscribe me, I only changed jobs.
How do your customers unsubscribe from the mails they send?
Can recipients opt out by themselves?
I did not receive your mail with the offer.
I don't want to get the wrong sensors again.
We don't need any more sensors this year.
Not interested at the moment, try again in autumn.
I don't have time this week, call me on Monday.
Do not call me before 10, please.
Don't send the offer by post, mail is fine.
Please cancel my registration for the webinar.
Please remove me from the webinar on Tuesday, I'll come to the next.
I cannot open the file you sent, please send it again.
We want to cancel our contract with our supplier. What do you offer?
We stopped using spreadsheets last year.
Does the product stop emailing people who bounce?
Is there a list of all features?
I'd like to be on the list for the next event.
You can remove the logo if you like.
The drivers don't want to receive more devices.
Our IT people delete data after 90 days. Do you as well?
My colleague left the company, I take over his mails.
Could you delete the attachment and send it as a link?
I unsubscribed by mistake, please add me again.
Who removes the old sensors?
Je ne peux pas ouvrir la pièce jointe, pouvez-vous me l'envoyer de nouveau ?
Merci de m'envoyer le devis.
Ne m'envoyez pas le devis avant lundi.
Je ne souhaite pas attendre plus longtemps, quand livrez-vous ?
Pouvez-vous retirer une ligne du devis ?
Arrêtez-vous à notre stand !
Je voudrais m'inscrire à votre newsletter.
Nos chauffeurs ne veulent plus de papier.
Je n'ai plus reçu de nouvelles de votre part.
Je dois annuler notre rendez-vous de mardi.
Ich habe keine E-Mail erhalten.
Ich habe Ihre E-Mail nicht mehr gefunden, bitte noch einmal senden.
Ich muss mich leider vom Webinar abmelden.
Können Sie eine Position aus dem Angebot streichen?
Bitte melden Sie sich nächste Woche.
Bitte nehmen Sie mich in den Verteiler auf.
Bitte nehmen Sie mich nicht vom Verteiler.
Wie löschen Sie die Daten nach Vertragsende?
Wir haben keine weiteren Fragen.
Ich kann Sie telefonisch nicht erreichen.
Wann stellen Sie die neue Version vor?
Tragen Sie bitte den Termin ein.
No me llegó el correo, ¿puede enviarlo otra vez?
No me llame hoy, mejor mañana.
¿Puede quitar una línea del presupuesto?
Mi compañera está de baja, hable conmigo.
No quiero esperar más, ¿cuándo entregan?
No puedo abrir el archivo.
Quiero recibir más información.
No dejen de escribirme.
¿Cómo se dan de baja los contactos?
If I no longer wish to receive the paper version, can I get it by mail?
We are not removing anybody. Please continue.
Please stop the trial after 14 days.
How long do you keep our data?
I have no more questions, thanks!
No, thank you. The offer is too high.
The list you sent is incomplete.
Please do not hesitate to contact me.
Do not hesitate to send me more information.
Bitte zögern Sie nicht, mir zu schreiben.
N'hésitez pas à me contacter.
No dude en contactarme.
Please keep me on the list.
Please take a look and let me know.
Stop the presses, we signed! Send the contract.
Could you remove my colleague Bob from the thread?
I'm opting for the small package.
Our customers want to stop paying by cheque.
How can I stop the alarm on the sensor?
Please delete the old version of the brochure.
Can you delete my demo account and create a new one?
Let's stop here and talk by phone.
The driver wants to be removed from the route.
Does it work without email?
We would like to end our current subscription with a competitor and move to you.
I don't want to miss your webinar!
I do not want a call, please send it by email.
Please don't call, email me instead.
We don't want to receive goods at night.
I never received the guide.
We do not need a list, just a price.
Please stop at gate 4 when you visit.
We will stop by on Thursday.
I need to get off this call, talk tomorrow.
You took us off the shortlist?
Bitte rufen Sie mich nicht mehr auf dem Handy an, sondern im Büro.
Ich melde mich ab Montag wieder.
Ich melde mich nächste Woche.
Streichen Sie bitte Position 3.
Ich habe den Newsletter abonniert und freue mich darauf.
Die Sensoren müssen wir nicht mehr kaufen, wir haben sie schon.
Ich kann die Datei nicht löschen.
Das Gerät lässt sich nicht entfernen.
Wir möchten keine Zeit mehr verlieren, wann können Sie liefern?
Keine Nachricht erhalten, bitte noch einmal senden.
Bitte senden Sie mir die Unterlagen.
Je n'ai plus votre adresse.
Nous ne souhaitons plus travailler avec notre fournisseur actuel.
Ne plus attendre : quand pouvez-vous livrer ?
Je ne reçois plus vos messages, pouvez-vous vérifier mon adresse ?
Supprimez la ligne 3 du devis, merci.
Pouvez-vous arrêter la livraison ?
No recibo sus correos, revisen mi dirección.
Ya no trabajamos con ese proveedor.
Quiten la línea 3 del presupuesto.
Dejen el paquete en la puerta.
No me envíe el contrato todavía.
No quiero más problemas con el proveedor.
Please update my email address to martin@new.example
My email address has changed, please use this one from now on.
Please use this address instead of the old one.
Thanks, that's enough for now, I will come back to you.
""".splitlines()


@pytest.mark.parametrize("text", WISHES)
def test_a_wish_is_found(text: str) -> None:
    """Polite or curt, shouted or misspelt, in several languages; below a greeting and above a name too."""
    assert wants_to_leave(text)
    assert wants_to_leave(f"Hello Ada,\n\n{text}\n\nKind regards,\nMartin\n\nOn 1 May 2027 Ada wrote:\n> Hi")


@pytest.mark.parametrize("text", LETTERS)
def test_a_letter_is_none(text: str) -> None:
    """Whatever else is to be removed, stopped, cancelled or not sent."""
    assert not wants_to_leave(text)
    assert not wants_to_leave(
        f"Hello Ada,\n\n{text}\n\nKind regards,\nMartin\n\nOn 1 May 2027 Ada wrote:\n> stop"
    )
